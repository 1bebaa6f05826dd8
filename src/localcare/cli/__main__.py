import sys

from localcare.cli.main import main

sys.exit(main())
