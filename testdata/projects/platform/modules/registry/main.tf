variable "repositories" {
  type = any
}

variable "prefix" {
  type = string
}

variable "key" {
  type = string
}

module "repository" {
  source   = "../repository"
  for_each = var.repositories

  name        = "${var.prefix}/${each.key}"
  settings    = each.value
  kms_key_arn = var.key
}

output "urls" {
  value = { for name, repository in module.repository : name => repository.url }
}
