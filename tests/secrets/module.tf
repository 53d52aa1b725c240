variable "secret" {
  type = number
}
variable "hidden" {
  type      = map(string)
  sensitive = true
}
variable "template" {
  default = ""
}
resource "aws_ecr_repository" "m" {
  name         = var.secret
  force_delete = var.hidden
}
