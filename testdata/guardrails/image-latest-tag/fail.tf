resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([
    {
      name  = "app"
      image = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/app" # expect
    },
  ])
}

resource "aws_ecr_repository" "app" {
  name = "app"
}

resource "aws_lambda_function" "report" {
  function_name = "report"
  role          = "arn:aws:iam::210987654321:role/report"
  package_type  = "Image"
  image_uri     = "${aws_ecr_repository.app.repository_url}:latest" # expect
}
