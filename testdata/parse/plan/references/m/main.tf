variable "suffix" {}
variable "policy" {}
resource "aws_ecr_repository" "this" { name = "m-${var.suffix}" }
resource "aws_ecr_repository" "known" { name = "known" }
resource "aws_ecr_repository_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy     = var.policy
}
output "name" { value = aws_ecr_repository.this.name }
output "known" { value = aws_ecr_repository.known.name }
