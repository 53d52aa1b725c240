resource "aws_ecr_repository" "app" {
  name = "app"
  tags = {
    "dp:exclude:identity" = "true" # expect
  }
}
