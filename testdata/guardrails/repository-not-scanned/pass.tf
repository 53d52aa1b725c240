resource "aws_ecr_repository" "own_flag" {
  name = "own-flag"

  image_scanning_configuration {
    scan_on_push = true
  }
}
