variable "region" {
  type = string
}

variable "service" {
  type = string
}

data "aws_vpc_endpoint_service" "s3" {
  service = "s3"
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = "vpc-0123456789abcdef0"
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Interface"
}

resource "aws_vpc_endpoint" "looked_up" {
  vpc_id            = "vpc-0123456789abcdef0"
  service_name      = data.aws_vpc_endpoint_service.s3.service_name
  vpc_endpoint_type = "Interface"
}

# ECR has no gateway endpoints
resource "aws_vpc_endpoint" "gateway" {
  vpc_id       = "vpc-0123456789abcdef0"
  service_name = "com.amazonaws.eu-west-1.${var.service}"
}

resource "aws_vpc_endpoint" "begun" {
  vpc_id            = "vpc-0123456789abcdef0"
  service_name      = "com.amazonaws.eu-west-1.ssm${var.service}"
  vpc_endpoint_type = "Interface"
}
