variable "images" {
  description = "Given by the pipeline"
  type        = map(object({ mutable = bool }))
}

variable "mutable" {
  type = bool
}

module "app" {
  source   = "../../modules/repository"
  name     = "staging/app"
  settings = { mutable = var.mutable }
}

module "images" {
  source   = "../../modules/repository"
  for_each = var.images
  name     = "staging/${each.key}"
  settings = each.value
}
