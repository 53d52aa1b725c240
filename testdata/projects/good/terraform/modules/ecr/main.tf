variable "name" {
  type = string
}

variable "mutability" {
  type    = string
  default = "IMMUTABLE"
}

variable "scan" {
  type    = bool
  default = true
}

variable "read_arns" {
  type    = list(string)
  default = []
}

variable "encryption" {
  type    = string
  default = null
}

variable "lifecycle_policy" {
  type    = string
  default = ""
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

resource "aws_ecr_repository" "this" {
  count = 1

  name                 = var.name
  image_tag_mutability = var.mutability

  encryption_configuration {
    encryption_type = var.encryption
  }

  image_scanning_configuration {
    scan_on_push = var.scan
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    sid     = "PrivateReadOnly"
    actions = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeImages"]

    principals {
      type = "AWS"
      identifiers = coalescelist(
        var.read_arns,
        ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"],
      )
    }
  }
}

resource "aws_ecr_repository_policy" "this" {
  count = 1

  repository = aws_ecr_repository.this[0].name
  policy     = data.aws_iam_policy_document.this.json
}

resource "aws_ecr_lifecycle_policy" "this" {
  count = var.lifecycle_policy == "" ? 0 : 1

  repository = aws_ecr_repository.this[0].name
  policy     = var.lifecycle_policy
}
