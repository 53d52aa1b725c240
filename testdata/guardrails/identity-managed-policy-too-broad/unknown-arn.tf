variable "arn" {
  type = string
}

variable "arns" {
  type = list(string)
}

resource "aws_iam_user_policy_attachment" "this" {
  user       = "build"
  policy_arn = var.arn
}

resource "aws_iam_role_policy_attachment" "each" {
  for_each   = toset(var.arns)
  role       = "build"
  policy_arn = each.value
}

resource "aws_iam_role" "listed" {
  assume_role_policy  = jsonencode({ Version = "2012-10-17", Statement = [] })
  managed_policy_arns = var.arns
}
