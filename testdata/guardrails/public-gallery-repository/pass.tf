resource "aws_ecrpublic_repository" "meant" {
  repository_name = "meant-to-be-public"
}
