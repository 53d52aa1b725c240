data "aws_vpc_endpoint_service" "ecr" {
  for_each = toset(["ecr.api", "sts"])
  service  = each.key
}

resource "aws_vpc_endpoint" "each" { # expect
  for_each          = toset(["ecr.api", "sts"])
  vpc_id            = "vpc-0123456789abcdef0"
  service_name      = data.aws_vpc_endpoint_service.ecr[each.key].service_name
  vpc_endpoint_type = "Interface"
}
