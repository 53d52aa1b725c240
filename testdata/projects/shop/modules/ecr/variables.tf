variable "team" {
  type = string
}

variable "repositories" {
  type = list(string)
}

variable "tag_mutability" {
  type    = string
  default = "MUTABLE"
}

variable "kms_key" {
  type = string
}

variable "pull_principals" {
  type    = list(string)
  default = []
}

variable "lambda" {
  type    = bool
  default = false
}

variable "keep_images" {
  type    = number
  default = null
}
