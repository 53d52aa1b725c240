# what is not known cannot be ECR, or cannot be all of it
variable "x" {
  type = string
}

resource "aws_iam_policy" "other_service" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:${var.x}", Resource = "*" },
      { Effect = "Allow", Action = "dynamodb:GetItem", Resource = var.x },
      { Effect = "Deny", Action = var.x, Resource = "*" },
      { Effect = "Allow", Action = "ecr:Get${var.x}", Resource = "*" },
      { Effect = "Allow", Action = var.x, Resource = "arn:aws:s3:::bucket/*" },
    ]
  })
}

resource "aws_iam_role" "plain" {
  name               = "plain"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

# an empty block takes every inline policy away
resource "aws_iam_role" "emptied" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })

  inline_policy {}
}
