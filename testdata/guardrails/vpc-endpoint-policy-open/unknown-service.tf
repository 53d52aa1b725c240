variable "services" {
  type = set(string)
}

variable "service" {
  type = string
}

resource "aws_vpc_endpoint" "each" { # expect: var.services
  for_each          = var.services
  vpc_id            = "vpc-0123456789abcdef0"
  service_name      = "com.amazonaws.eu-west-1.${each.key}"
  vpc_endpoint_type = "Interface"
}

resource "aws_vpc_endpoint" "whole" { # expect: var.service
  vpc_id            = "vpc-0123456789abcdef0"
  service_name      = var.service
  vpc_endpoint_type = "Interface"
}

resource "aws_vpc_endpoint" "half" { # expect: var.service
  vpc_id            = "vpc-0123456789abcdef0"
  service_name      = "com.amazonaws.eu-west-1.ecr.${var.service}"
  vpc_endpoint_type = "Interface"
}
