variable "x" {
  type = string
}

resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([
    { name = "a", image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:late${var.x}" },
  ])
}
