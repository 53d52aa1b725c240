variable "token" {
  sensitive = true
  default   = "q7z"
}
variable "words" {
  sensitive = true
  type      = any
  default   = { q7z = "q7z", "x q7z" = ["q7z"] }
}
variable "number" {
  sensitive = true
  default   = 717.5
}
variable "typed" {
  sensitive = true
  type      = map(number)
  default   = { q7z = "q7z" }
}
variable "limited" {
  sensitive = true
  default   = "q7z"
  validation {
    condition     = var.limited == "x"
    error_message = "not ${var.limited}"
  }
}
locals {
  other = sensitive("q7z")
  more  = sensitive({ q7z = 1 })
  deep  = "pre-${var.token}-post"
}
resource "aws_ecr_repository" "a" {
  name                 = var.token
  image_tag_mutability = upper(local.other)
  tags                 = { "dp:exclude:x" = var.token }
}
resource "aws_ecr_repository" "b" {
  name                 = local.deep
  image_tag_mutability = local.deep
  tags                 = local.more
}
resource "aws_ecr_repository_policy" "whole" {
  repository = aws_ecr_repository.a.name
  policy     = var.token
}
resource "aws_ecr_repository_policy" "part" {
  repository = "app"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{
    Sid = var.token, Effect = "Allow", Action = ["ecr:BatchGetImage", var.token]
    Principal = { AWS = "arn:aws:iam::999999999999:role/${var.token}" }
  }] })
}
resource "aws_ecr_repository_policy" "element" {
  repository = "app"
  policy = jsonencode({ Version = var.token, (var.token) = 1, Statement = [
    { (var.token) = 1, Effect = var.token, Action = "${var.token}", Principal = { (var.token) = "*" } },
    { Effect = "Allow", Action = "ecr:*", Principal = { AWS = "x${var.token}*" }, Resource = var.token },
    { Effect = "Allow", Action = "ecr:*", Principal = "*", Condition = { (var.token) = { "aws:x" = 1 } } },
    { Effect = "Allow", Action = "ecr:*", Principal = "*", Condition = { StringEquals = { (var.token) = var.token } } },
    { Effect = "Allow", Action = "ecr:*", Principal = "*", Condition = { StringEquals = var.token } },
    { Effect = "Allow", Action = "ecr:*", Principal = { Service = "${var.token}.amazonaws.com" } },
  ] })
}
resource "aws_ecr_lifecycle_policy" "l" {
  repository = "app"
  policy     = <<EOT
{"rules": [{"rulePriority": 1, "${var.token}": 1, "selection": {"tagStatus": "any", "countType": "${local.other}", "countNumber": 1}, "action": {"type": "${local.deep}"}}]}
EOT
}
resource "aws_ecr_lifecycle_policy" "m" {
  repository = "app"
  policy = jsonencode({ rules = [for p in [var.token, var.number] : {
    rulePriority = var.number, description = var.token
    selection    = { tagStatus = "tagged", tagPrefixList = [var.token], tagPatternList = [var.token], countType = "imageCountMoreThan", countUnit = var.token, countNumber = var.token }
    action       = { type = "expire" }
  }] })
}
resource "aws_ecr_replication_configuration" "r" {
  replication_configuration {
    rule {
      destination {
        region      = var.token
        registry_id = local.deep
      }
      repository_filter {
        filter      = "${local.deep} !"
        filter_type = var.token
      }
    }
  }
}
resource "aws_ecr_pull_through_cache_rule" "p" {
  ecr_repository_prefix = "${var.token}_!"
  upstream_registry_url = "${var.token}.example.com"
  credential_arn        = var.token
}
resource "aws_ecr_registry_scanning_configuration" "s" {
  scan_type = var.token
  rule {
    scan_frequency = var.token
    repository_filter {
      filter      = "${var.token} !"
      filter_type = var.token
    }
  }
}
resource "aws_ecr_repository_creation_template" "t" {
  prefix               = "${var.token}_!"
  image_tag_mutability = var.token
  applied_for          = [var.token]
  repository_policy    = var.token
  lifecycle_policy     = "[${var.token}"
}
resource "aws_ecr_account_setting" "s" {
  name  = var.token
  value = var.token
}
data "aws_iam_policy_document" "d" {
  version                 = var.token
  source_policy_documents = [lower(local.other), "{\"${var.token}\": 1, \"Statement\": [{\"${var.token}\": {}}]}"]
  statement {
    sid     = var.token
    actions = ["${var.token}"]
    effect  = var.token
    principals {
      type        = var.token
      identifiers = [var.token]
    }
    condition {
      test     = var.token
      variable = var.token
      values   = [var.token]
    }
  }
  statement {
    sid = var.token
  }
}
resource "aws_ecr_registry_policy" "r" {
  policy = data.aws_iam_policy_document.d.json
}
resource "aws_iam_policy" "p" {
  name   = var.token
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = "arn:aws:ecr:*:*:repository/${var.token}*", Sid = var.token }] })
}
resource "aws_ecs_task_definition" "t" {
  family                = "x"
  container_definitions = "[{\"image\": \"${var.token}:latest\"},"
}
resource "aws_ecs_task_definition" "u" {
  family                = "x"
  container_definitions = jsonencode([{ image = "${var.token}/ !${var.token}:latest" }, { image = "123456789012.dkr.ecr.us-east-1.amazonaws.com/${var.token}:latest" }])
}
resource "aws_vpc_endpoint" "e" {
  vpc_id       = var.token
  service_name = "com.amazonaws.${var.token}.ecr.api"
  policy       = "{\"Statement\": [{\"Effect\": \"${var.token}\"}]}"
}
resource "aws_ecr_repository" "many" {
  count = var.number
  name  = "x"
}
resource "aws_ecr_repository" "dynamic" {
  name = "dyn"
  dynamic "image_scanning_configuration" {
    for_each = var.words
    content {
      scan_on_push = { a = 1 }[image_scanning_configuration.key]
    }
  }
}
module "m" {
  source = "./m"
  secret = var.token
  hidden = "q7z"
}
resource "aws_ecr_repository" "each" {
  for_each = toset(["k"])
  name     = "x"
}
resource "aws_ecr_repository" "counted" {
  count = 2
  name  = "x"
}
locals {
  template = "${var.token}$${none_${var.token}}"
  broken   = "$${${var.token} ${var.token}}"
}
