variable "account" {
  sensitive = true
  default   = "999999717717"
}
variable "org" {
  sensitive = true
  default   = "o-q7zq7zq7z7"
}
variable "key" {
  sensitive = true
  default   = "q7z"
}
resource "aws_ecr_repository" "open" {
  name = "open"
}
resource "aws_ecr_repository" "hidden" {
  name = "x/${var.key}"
}
resource "aws_ecr_repository_policy" "open" {
  repository = aws_ecr_repository.open.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = "S${var.key}", Effect = "Allow", Action = ["ecr:BatchGetImage", "ecr:PutImage"], Principal = { AWS = "arn:aws:iam::${var.account}:root" } },
    { Effect = "Allow", Action = "ecr:BatchGetImage", Principal = "*", Condition = { StringEquals = { "aws:PrincipalOrgID" = var.org } } },
    { Effect = "Allow", Action = "ecr:BatchGetImage", Principal = "*", Condition = { StringLike = { "aws:userid" = "AROAAAAAAAAAAAA${upper(var.key)}:*" } } },
    { Effect = "Allow", Action = "ecr:BatchGetImage", Principal = "*", Condition = { StringLike = { "aws:PrincipalTag/${var.key}" = "x" } } },
    { Effect = "Allow", Action = "ecr:BatchGetImage", Principal = { Service = "${var.key}.amazonaws.com" } },
    { Effect = "Allow", Action = "ecr:BatchGetImage", Principal = { Federated = var.key } },
    { Effect = "Deny", Action = "ecr:*", Principal = "*", Condition = { StringNotEquals = { "aws:SourceVpce" = "vpce-${var.key}" } } },
  ] })
}
resource "aws_ecr_repository_policy" "hidden" {
  repository = aws_ecr_repository.hidden.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "ecr:*", Principal = { AWS = ["*", "arn:aws:iam::${var.account}:role/${var.key}"] } },
  ] })
}
resource "aws_ecr_registry_policy" "r" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = var.key, Effect = "Allow", Action = ["ecr:ReplicateImage", "ecr:CreateRepository"], Principal = { AWS = "arn:aws:iam::${var.account}:root" }, Resource = "arn:aws:ecr:eu-west-1:${var.account}:repository/${var.key}*" },
    { Sid = "B${var.key}", Effect = "Allow", Action = "ecr:BatchImportUpstreamImage", Principal = { AWS = var.account }, Resource = "*" },
  ] })
}
resource "aws_ecr_replication_configuration" "r" {
  replication_configuration {
    rule {
      destination {
        region      = "eu-west-1"
        registry_id = var.account
      }
      repository_filter {
        filter      = var.key
        filter_type = "PREFIX_MATCH"
      }
    }
  }
}
resource "aws_ecr_pull_through_cache_rule" "p" {
  ecr_repository_prefix = var.key
  upstream_registry_url = "${var.account}.dkr.ecr.us-east-1.amazonaws.com"
}
resource "aws_organizations_policy" "scp" {
  type = "SERVICE_CONTROL_POLICY"
  name = var.key
  content = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = var.key, Effect = "Deny", Action = "ecr:*", Resource = "*", Condition = { StringNotEquals = { "aws:ResourceOrgID" = var.org, "aws:PrincipalArn" = "arn:aws:iam::${var.account}:role/${var.key}" } } },
  ] })
}
resource "aws_vpc_endpoint" "e" {
  vpc_id       = "vpc-${var.key}"
  service_name = "com.amazonaws.eu-west-1.ecr.api"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "arn:aws:ecr:*:${var.account}:repository/${var.key}" }] })
}
resource "aws_iam_role_policy" "i" {
  role   = var.key
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = "arn:aws:ecr:*:${var.account}:repository/*" }] })
}
resource "aws_lambda_function" "f" {
  function_name = var.key
  role          = var.key
  image_uri     = "${var.account}.dkr.ecr.eu-west-1.amazonaws.com/${var.key}:${var.key}"
}
