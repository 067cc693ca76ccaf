"""The command of the runner's image."""

from primehub_deploy_ext.runner.container.life import main

main()
