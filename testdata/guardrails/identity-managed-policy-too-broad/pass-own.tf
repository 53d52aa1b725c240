# the policy of the code has a name that the code gives, or one that nobody could name
variable "name" {
  type    = string
  default = "pull"
}

resource "aws_iam_policy" "named" {
  name   = var.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:BatchGetImage", Resource = "*" }] })
}

resource "aws_iam_policy" "prefixed" {
  name_prefix = "pull-"
  policy      = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:BatchGetImage", Resource = "*" }] })
}

resource "aws_iam_role_policy_attachment" "named" {
  role       = "build"
  policy_arn = aws_iam_policy.named.arn
}

resource "aws_iam_role_policy_attachment" "prefixed" {
  role       = "build"
  policy_arn = aws_iam_policy.prefixed.arn
}
