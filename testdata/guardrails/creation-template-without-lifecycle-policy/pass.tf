resource "aws_ecr_repository_creation_template" "this" {
  prefix      = "prod"
  applied_for = ["REPLICATION"]
  lifecycle_policy = "{\"rules\":[{\"rulePriority\":1,\"selection\":{\"tagStatus\":\"untagged\",\"countType\":\"imageCountMoreThan\",\"countNumber\":5},\"action\":{\"type\":\"expire\"}}]}"
}
