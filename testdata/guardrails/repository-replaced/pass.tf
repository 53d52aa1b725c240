# the code alone does not say what a deployment does
resource "aws_ecr_repository" "app" {
  name = "app"
}
