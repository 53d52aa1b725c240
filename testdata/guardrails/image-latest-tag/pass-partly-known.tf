variable "x" {
  type = string
}

data "aws_ecr_image" "app" {
  repository_name = "app"
  image_tag       = "1.2"
}

resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([
    { name = "a", image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app@${data.aws_ecr_image.app.image_digest}" },
    { name = "b", image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app@sha256:${var.x}" },
    { name = "c", image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:v${var.x}" },
    { name = "d", image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:latest-${var.x}" },
    { name = "e", image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app:${var.x}-prod" },
  ])
}
