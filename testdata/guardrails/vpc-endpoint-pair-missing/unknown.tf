variable "a" {
  type = string
}

variable "b" {
  type = string
}

resource "aws_vpc_endpoint" "api" {
  vpc_id            = var.a
  service_name      = "com.amazonaws.eu-west-1.ecr.api"
  vpc_endpoint_type = "Interface"
}

resource "aws_vpc_endpoint" "dkr" {
  vpc_id            = var.b
  service_name      = "com.amazonaws.eu-west-1.ecr.dkr"
  vpc_endpoint_type = "Interface"
}
