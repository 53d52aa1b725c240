resource "aws_ecr_registry_policy" "a" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_ecr_account_setting" "a" {
  name  = "REGISTRY_POLICY_SCOPE"
  value = "V2"
}

resource "aws_ecr_account_setting" "b" {
  name  = "BLOB_MOUNTING"
  value = "DISABLED"
}
