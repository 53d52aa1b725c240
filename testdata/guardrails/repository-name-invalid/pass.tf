resource "aws_ecr_repository" "app" {
  name = "2-team/app_v2.x"
}
