variable "name" {
  type = string
}

resource "aws_ecrpublic_repository" "app" {
  repository_name = var.name
}
