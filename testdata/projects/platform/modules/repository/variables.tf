variable "name" {
  type = string
}

variable "settings" {
  description = "What differs from one repository to the next"
  type = object({
    mutable      = optional(bool, false)
    scan         = optional(bool, true)
    readers      = optional(map(string), {})
    force_delete = optional(bool)
    keep         = optional(number, 30)
  })
  default = {}
}

variable "kms_key_arn" {
  type    = string
  default = null
}
