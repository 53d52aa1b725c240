resource "aws_ecr_repository" "upper" {
  name = "Team/App" # expect
}

resource "aws_ecr_repository" "double" {
  name = "team//app" # expect
}

variable "team" {
  type = string
}

resource "aws_ecr_repository" "part" {
  name = "${var.team}/App" # expect
}
