locals {
  mutability = var.settings.mutable ? "MUTABLE" : "IMMUTABLE"

  statements = [
    for team, account in var.settings.readers : {
      Sid       = "Pull${title(team)}"
      Effect    = "Allow"
      Principal = { AWS = format("arn:aws:iam::%s:role/%s-deploy", account, team) }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }
  ]
}

resource "aws_ecr_repository" "this" {
  name                 = var.name
  image_tag_mutability = local.mutability
  force_delete         = var.settings.force_delete

  image_scanning_configuration {
    scan_on_push = var.settings.scan
  }

  dynamic "encryption_configuration" {
    for_each = var.kms_key_arn[*]
    content {
      encryption_type = "KMS"
      kms_key         = encryption_configuration.value
    }
  }
}

resource "aws_ecr_repository_policy" "this" {
  count = length(local.statements) > 0 ? 1 : 0

  repository = aws_ecr_repository.this.name
  policy     = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy     = templatefile("${path.module}/lifecycle.json.tftpl", { keep = var.settings.keep })
}

output "url" {
  value = aws_ecr_repository.this.repository_url
}
