// etcd as its own makers start it; built here because Debian's is older than what this API server speaks to.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	etcdmain.Main(os.Args)
}
