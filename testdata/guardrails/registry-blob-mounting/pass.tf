resource "aws_ecr_account_setting" "this" {
  name  = "BLOB_MOUNTING"
  value = "DISABLED"
}
