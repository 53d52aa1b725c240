variable "pull_accounts" {
  description = "Who may pull the images of the payments team"
  type        = list(string)
}
