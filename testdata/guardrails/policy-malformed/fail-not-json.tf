resource "aws_ecr_repository_policy" "app" {
  repository = "app"
  policy     = "{ \"Version\": \"2012-10-17\", }" # expect
}
