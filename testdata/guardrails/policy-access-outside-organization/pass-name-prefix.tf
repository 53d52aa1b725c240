resource "aws_iam_role" "prefixed" {
  name_prefix        = "ci-"
  assume_role_policy = "{}"
}

resource "aws_iam_role" "nameless" {
  assume_role_policy = "{}"
}

resource "aws_ecr_repository_policy" "app" {
  repository = "app"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = [aws_iam_role.prefixed.arn, aws_iam_role.nameless.arn] }
      Action    = "ecr:BatchGetImage"
    }]
  })
}
