variable "x" {
  type = string
}

resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([
    { name = "app", image = "${var.x}.dkr.ecr.eu-west-1.amazonaws.com/app:1.2" },
  ])
}
