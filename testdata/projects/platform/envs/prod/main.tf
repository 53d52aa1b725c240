locals {
  common = { scan = true, keep = 100 }

  repositories = {
    api     = merge(local.common, { readers = { payments = "345678901234" } })
    builder = merge(local.common, { mutable = true })
    export  = merge(local.common, { readers = var.partners })
    legacy  = { scan = false, force_delete = true }
  }
}

variable "partners" {
  description = "Accounts of partners that may pull the export image"
  type        = map(string)
}

variable "kms_key_arn" {
  type = string
}

module "registry" {
  source = "../../modules/registry"

  prefix       = "prod"
  key          = var.kms_key_arn
  repositories = local.repositories
}

output "urls" {
  value = module.registry.urls
}
