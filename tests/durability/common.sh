# For the tests of this folder: a town hall of its own on either engine, and SQL past the program.
# Sourced. Needs $build; PostgreSQL takes part when MOTCUA_TEST_POSTGRES names a server.
motcua=$build/src/app/motcua
folder=$(mktemp -d /tmp/motcua-durability-XXXXXX)
failed=0
began=2015-01-05T08:00:00+07:00
ended=2015-06-30T17:00:00+07:00
engines=sqlite
if [ -n "${MOTCUA_TEST_POSTGRES:-}" ]; then
	engines="sqlite postgresql"
else
	echo "# PostgreSQL: MOTCUA_TEST_POSTGRES is not set, skipped"
fi

# verdict STATUS TEXT: one line of TAP.
verdict() {
	if [ "$1" = 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		failed=1
	fi
}

# town ENGINE NAME [OPTION …]: a demonstration district in $data; sets $engine, $data and $url.
town() {
	engine=$1
	data=$folder/$2
	url=
	local options=()
	if [ "$engine" = postgresql ]; then
		local name="motcua_$(basename "$folder" | tr -cd 'a-zA-Z0-9' | tr 'A-Z' 'a-z')_$2"
		psql -q "$MOTCUA_TEST_POSTGRES" -c "CREATE DATABASE \"$name\"" || return 1
		url=${MOTCUA_TEST_POSTGRES/\/test\?//$name?}
		options=(--database "$url")
	fi
	"$motcua" init --pack packs/cam-le --demo --data "$data" "${options[@]}" "${@:3}" >>"$folder/log" 2>&1
}

# sql TEXT: what it answers, columns parted by '|'.
sql() {
	if [ "$engine" = postgresql ]; then
		psql -qAt "$url" -c "$1"
	else
		sqlite3 -cmd '.timeout 10000' "$data/motcua.db" "$1"
	fi
}

simulate() { # cases [OPTION …]
	local cases=$1
	shift
	"$motcua" simulate --cases "$cases" --seed 1 --from "$began" --to "$ended" --data "$data" "$@"
}

verify() { # [OPTION …]
	"$motcua" verify --data "$data" "$@" 2>&1
}

# Until every event has its place in the tree and a checkpoint covers it: on PostgreSQL the lease of
# a process that ended must run out first.
settled() {
	local _
	for _ in $(seq 30); do
		verify >/dev/null
		[ "$(sql 'SELECT count(*) FROM event WHERE position IS NULL')" = 0 ] && return
		sleep 0.5
	done
}

# serve PORT [OPTION …]: sets $server once it answers.
serve() {
	local port=$1
	shift
	"$motcua" serve --data "$data" --listen "127.0.0.1:$port" "$@" >"$folder/serve.log" 2>&1 &
	server=$!
	for _ in $(seq 100); do
		curl -fs -o /dev/null "http://127.0.0.1:$port/healthz" && return 0
		kill -0 "$server" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

stop() { # process
	kill "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

# lost FILE: how many acts named in "acknowledged CODE ACTS" lines are not in the database.
lost() {
	{
		echo "CREATE TEMPORARY TABLE ack (code TEXT, n INT);"
		awk '$1 == "acknowledged" && NF == 3 { if ($3 > n[$2]) n[$2] = $3 }
			END { for (c in n) printf "INSERT INTO ack VALUES (\x27%s\x27, %d);\n", c, n[c] }' "$1"
		echo "SELECT count(*) FROM ack a LEFT JOIN case_code c ON c.code = a.code
			WHERE c.id IS NULL OR (SELECT count(*) FROM event e WHERE e.object = c.id) < a.n;"
	} >"$folder/lost.sql"
	if [ "$engine" = postgresql ]; then
		psql -qAt -1 "$url" -f "$folder/lost.sql"
	else
		(echo 'BEGIN;'; cat "$folder/lost.sql"; echo 'ROLLBACK;') |
			sqlite3 -cmd '.timeout 10000' "$data/motcua.db"
	fi
}

free_port() {
	local port
	for port in $(seq "$1" $(($1 + 50))); do
		(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
	done
}
