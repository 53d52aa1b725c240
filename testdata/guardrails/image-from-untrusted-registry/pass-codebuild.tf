resource "aws_codebuild_project" "app" {
  name         = "app"
  service_role = "arn:aws:iam::210987654321:role/build"
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/amazonlinux2-x86_64-standard:5.0"
    type         = "LINUX_CONTAINER"
  }
}
