variable "pattern" {
  type = string
}

resource "aws_ecr_repository" "app" {
  name = "app"
}

resource "aws_cloudwatch_event_rule" "this" {
  event_pattern = var.pattern
}
