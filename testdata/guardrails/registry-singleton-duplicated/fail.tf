resource "aws_ecr_registry_policy" "a" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_ecr_registry_policy" "b" { # expect
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
