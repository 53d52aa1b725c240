resource "aws_ecr_repository" "app" {
  name = "app"
}

resource "aws_cloudwatch_event_rule" "this" {
  event_pattern = jsonencode({ source = ["aws.ecr"], detail = { eventName = ["PutRegistryPolicy"] } })
}
