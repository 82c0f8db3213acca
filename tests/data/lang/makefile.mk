# comment \
  goes on
all: a
	echo "# text" # x \
	  more

