variable "x" {
  type = string
}

resource "aws_ecr_account_setting" "this" {
  name  = "BLOB_MOUNTING"
  value = var.x
}
