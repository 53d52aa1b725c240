variable "actions" {
  type = list(string)
}

variable "service" {
  type = string
}

variable "policy" {
  type = string
}

variable "inline" {
  type = map(string)
}

resource "aws_iam_policy" "actions" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = var.actions, Resource = "*" }]
  })
}

resource "aws_iam_policy" "service" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "${var.service}:*", Resource = "*" }]
  })
}

resource "aws_iam_user_policy" "whole" {
  user   = "build"
  policy = var.policy
}

resource "aws_iam_role" "inline" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })

  dynamic "inline_policy" {
    for_each = var.inline
    content {
      name   = inline_policy.key
      policy = inline_policy.value
    }
  }
}
