# a module that is not installed: it may attach a lifecycle policy to what it is given
resource "aws_ecr_repository" "name" { # expect: it is given `aws_ecr_repository.name`
  name = "name"
}

resource "aws_ecr_repository" "whole" { # expect
  name = "whole"
}

resource "aws_ecr_repository" "each" { # expect
  for_each = toset(["a", "b"])
  name     = each.key
}

module "lifecycle" {
  source     = "example/lifecycle/aws"
  repository = aws_ecr_repository.name.name
}

module "lifecycles" {
  source       = "example/lifecycle/aws"
  repositories = [{ repository = aws_ecr_repository.whole }]
}

module "each" {
  source     = "example/lifecycle/aws"
  for_each   = aws_ecr_repository.each
  repository = each.value.arn
}
