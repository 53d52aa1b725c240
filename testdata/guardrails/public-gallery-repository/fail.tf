resource "aws_ecrpublic_repository" "app" {
  repository_name = "app" # expect
}
