data "aws_iam_policy_document" "pull" {
  policy_id = "pull"
  statement {
    sid       = "Pull"
    actions   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
    resources = ["arn:aws:ecr:eu-west-1:111122223333:repository/&{aws:username}", "*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::222233334444:root", "arn:aws:iam::111122223333:root"]
    }
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-b", "o-a"]
    }
    condition {
      test     = "StringLike"
      variable = "aws:sourceArn"
      values   = ["arn:aws:lambda:*:111122223333:function:<x>&y"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalOrgID"
      values   = ["o-c"]
    }
  }
  statement {
    effect      = "Deny"
    not_actions = ["ecr:*"]
    not_principals {
      type        = "AWS"
      identifiers = []
    }
    principals {
      type        = "*"
      identifiers = ["*", "*"]
    }
  }
}
data "aws_iam_policy_document" "two_blocks" {
  statement {
    actions = ["ecr:GetDownloadUrlForLayer"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::333344445555:root"]
    }
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::111122223333:root", "arn:aws:iam::222233334444:role/a/b"]
    }
    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}
data "aws_iam_policy_document" "merged" {
  version = "2008-10-17"
  source_policy_documents = [
    data.aws_iam_policy_document.pull.json,
    null,
    jsonencode({
      version = "2012-10-17", ID = "other"
      STATEMENT = [{
        sid = "Mine", effect = "Allow", action = ["b", "a"], principal = { Service = ["b", "a"], AWS = "x" }
        condition = { Bool = { "aws:SecureTransport" = true }, StringEquals = { a = ["z"], b = "y" } }
      }, { Effect = "Deny", Action = "c", Principal = "anybody" }]
    }),
  ]
  statement {
    sid     = "Pull"
    actions = ["replaced"]
  }
  override_policy_documents = [
    "{\"Statement\":[{\"Sid\":\"Mine\",\"Effect\":\"Deny\",\"Action\":\"d\",\"NotPrincipal\":{\"AWS\":[\"q\"]}}]}",
  ]
}
data "aws_iam_policy_document" "empty" {}
data "aws_ecr_lifecycle_policy_document" "life" {
  rule {
    priority    = 2
    description = "keep <10>"
    selection {
      tag_status       = "tagged"
      tag_pattern_list = ["v*", "a*"]
      count_type       = "imageCountMoreThan"
      count_number     = 10
    }
  }
  rule {
    priority = 1
    selection {
      tag_status   = "untagged"
      count_type   = "sinceImagePushed"
      count_unit   = "days"
      count_number = "14"
    }
    action {
      type = "expire"
    }
  }
}
output "pull" { value = data.aws_iam_policy_document.pull.json }
output "pull_minified" { value = data.aws_iam_policy_document.pull.minified_json }
output "two_blocks" { value = data.aws_iam_policy_document.two_blocks.json }
output "merged" { value = data.aws_iam_policy_document.merged.json }
output "empty" { value = data.aws_iam_policy_document.empty.json }
output "life" { value = data.aws_ecr_lifecycle_policy_document.life.json }
