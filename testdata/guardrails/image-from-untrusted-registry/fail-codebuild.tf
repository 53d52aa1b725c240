resource "aws_codebuild_project" "app" {
  name         = "app"
  service_role = "arn:aws:iam::210987654321:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "codebuild/standard:7.0" # expect
    type         = "LINUX_CONTAINER"
  }
}

resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([
    { name = "app", image = "aws/codebuild/standard:7.0" }, # expect
  ])
}
