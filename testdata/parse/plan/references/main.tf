provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "dr"
  region = "eu-central-1"
  assume_role {
    role_arn = "arn:aws:iam::222233334444:role/deploy"
  }
}
variable "region" { default = "us-east-1" }
provider "aws" {
  alias  = "late"
  region = var.region
}
resource "aws_iam_role" "puller" {
  name               = "puller"
  assume_role_policy = jsonencode({})
}
resource "aws_ecr_repository" "each" {
  for_each = toset(["a", "b"])
  name     = "x-${each.key}-${aws_iam_role.puller.unique_id}"
}
resource "aws_ecr_lifecycle_policy" "each" {
  for_each   = aws_ecr_repository.each
  repository = each.value.name
  policy     = jsonencode({ rules = [] })
}
resource "aws_ecr_repository_policy" "each" {
  for_each   = toset(["a", "b"])
  repository = aws_ecr_repository.each[each.key].name
  policy     = data.aws_iam_policy_document.late.json
}
data "aws_iam_policy_document" "base" {
  statement {
    actions = ["ecr:BatchGetImage"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.puller.arn]
    }
  }
}
data "aws_iam_policy_document" "late" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
  statement {
    sid     = "Open"
    actions = ["ecr:PutImage"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
module "m" {
  source = "./m"
  suffix = aws_iam_role.puller.unique_id
  policy = data.aws_iam_policy_document.late.json
}
resource "aws_ecr_lifecycle_policy" "m" {
  repository = module.m.name
  policy     = jsonencode({ rules = [] })
}
resource "aws_ecr_lifecycle_policy" "known" {
  repository = module.m.known
  policy     = jsonencode({ rules = [] })
}
resource "aws_ecr_repository" "dr" {
  provider = aws.dr
  name     = "dr"
}
resource "aws_ecr_repository" "late" {
  provider = aws.late
  name     = "late"
  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_iam_role.puller.arn
  }
}
resource "aws_ecr_repository_policy" "mixed" {
  repository = aws_ecr_repository.dr.name
  provider   = aws.dr
  policy     = jsonencode({ a = aws_iam_role.puller.arn, b = aws_ecr_repository.dr.arn })
}
output "secret" {
  value     = "hush"
  sensitive = true
}
output "names" { value = toset(["b", "a"]) }
output "arn" { value = aws_iam_role.puller.arn }
resource "aws_ecr_lifecycle_policy" "by_id" {
  provider   = aws.dr
  repository = aws_ecr_repository.dr.id
  policy     = jsonencode({ rules = [] })
}
