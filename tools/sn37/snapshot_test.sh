#!/bin/bash
# sn37 snapshot as people and programs use it: what is said, exit statuses, and
# what is left in folders.
set -uo pipefail
sn37=$PWD/$1
check=$PWD/$2
tokenizer=$PWD/$3
export PYTHONDONTWRITEBYTECODE=1
cd "$TEST_TMPDIR" || exit 1
failures=0

fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# expect STATUS PATTERN WORDS...: the exit status of `sn37 snapshot WORDS`, and
# a line of what is said (both streams) that matches.
expect() {
  local status=$1 pattern=$2 said got
  shift 2
  said=$("$sn37" snapshot "$@" 2>&1 </dev/null)
  got=$?
  if [[ $got != "$status" ]] || ! grep -qE -- "$pattern" <<<"$said"; then
    fail "($got, not $status; '$pattern'): snapshot $*"
    echo "$said"
  fi
}

# spec NAME SEED: a specification of two configs.
spec() {
  cat <<SPEC
{"name": "$1", "license": "MIT", "seed": "$2",
 "inputs": [{"name": "rows", "origin": "this test", "revision": "1",
             "license": "MIT"}],
 "configs": [{"name": "pairs", "source": "dyck", "rows": 40},
             {"name": "lines", "source": "json_lines",
              "parameters": {"kind": "text"}}]}
SPEC
}
spec tiny one >one.json
spec tiny two >two.json
words() { printf "$1%s " {a..z}; }
for line in sea ice tea; do
  echo "{\"text\": \"$(words $line)\"}"
done >rows.jsonl

# build, and what it says of the snapshot.
expect 0 '^Snapshot tiny, [0-9a-f]{64}$' build one.json one rows=rows.jsonl
expect 0 '^lines +text +json_lines +3 ' verify one
id=$("$sn37" snapshot verify one --json | sed 's/.*"id":"\([^"]*\)".*/\1/')
[[ $id == "$(sha256sum <one/manifest.json | cut -c1-64)" ]] ||
  fail "the id is not the manifest's digest"
[[ $(ls one) == $'lines-00000.parquet\nmanifest.json\npairs-00000.parquet' ]] ||
  fail "other files in the snapshot: $(ls one)"
expect 1 'one: exists; choose another' build one.json one rows=rows.jsonl
mkdir elsewhere && cp rows.jsonl elsewhere
expect 0 "\"id\":\"$id\"" build one.json copy rows=elsewhere/rows.jsonl --json
expect 1 '"rows"' build one.json none
expect 1 'cannot open none' build none.json none
expect 2 'snapshot takes build, verify' build_all
expect 1 'build takes a specification' build one.json

# verify: what is damaged is named.
expect 0 "$id" verify one --id "$id" --every_row
expect 1 'this is the snapshot' verify one --id "${id//[0-9]/0}"
cp -r one damaged
printf x | dd of=damaged/lines-00000.parquet bs=1 seek=100 conv=notrunc \
  status=none
expect 1 'damaged/lines-00000.parquet: its SHA-256 is' verify damaged
truncate -s -1 damaged/lines-00000.parquet
expect 1 'damaged/lines-00000.parquet: has [0-9]+ bytes' verify damaged
expect 1 'none/manifest.json' verify none

# show: rows and lengths.
expect 0 '^lines/0$' show one
expect 0 'teaa teab' show one --rows 3
expect 0 '"config":"lines"' show one --json

# sample: the same for everybody, alone or with others.
draw=(sample one --seed 0x01 --task t)
"$sn37" snapshot "${draw[@]}" --count 20 >all
"$sn37" snapshot "${draw[@]}" --first 10 --count 10 >half
[[ $(wc -l <all) == 20 ]] || fail "20 samples were wanted"
[[ $(tail -n 10 all) == "$(<half)" ]] ||
  fail "samples 10 to 19 are others when drawn alone"
grep -q '^{"id":"lines/' all || fail "no sample of lines"
expect 0 '"id":"lines/' sample one --seed 0x01 --task t --configs lines --count 3
expect 1 'there are 3 rows' sample one --seed 0x01 --task t --configs lines \
  --count 4
expect 1 '0 rows have a length of at most 9' sample one --seed 0x01 --task t \
  --configs lines --count 1 --max_bytes 9
expect 1 'needs --seed and --task' sample one

# What another program makes of the format's page: the same.
ids() { sed 's/^{"id":"\([^"]*\)".*/\1/' "$1"; }
[[ $(python3 "$check" one | head -n 1) == "id $id" ]] ||
  fail "the page is not kept: $(python3 "$check" one 2>&1)"
[[ $(python3 "$check" one --seed 0x01 --task t --count 20) == "$(ids all)" ]] ||
  fail "by the page, others are drawn from two configs"
"$sn37" snapshot "${draw[@]}" --configs pairs --first 5 --count 30 >pairs
[[ $(python3 "$check" one --seed 0x01 --task t --configs pairs --first 5 \
  --count 30) == "$(ids pairs)" ]] || fail "by the page, others are drawn"
cp -r one edited
sed -i 's/"license":/ "license":/' edited/manifest.json
[[ $(python3 "$check" edited 2>&1) == *'manifest.json: is not in canonical'* ]] ||
  fail "the page allows a manifest that is not canonical"

# --max_tokens counts with the model's own tokenizer. 10, 2, 5 and 12 tokens as
# Hugging Face's tokenizers have it, which is not the order of their bytes.
cat >counted.jsonl <<'ROWS'
{"text": "1234567890"}
{"text": "hello world"}
{"text": "rock'n'roll"}
{"text": "I'm you're he'll we'd they've it's"}
ROWS
cat >counted.json <<'SPEC'
{"name": "counted", "license": "MIT", "seed": "",
 "inputs": [{"name": "rows", "origin": "this test", "revision": "1",
             "license": "MIT"}],
 "configs": [{"name": "text", "source": "json_lines",
              "parameters": {"kind": "text"}}]}
SPEC
expect 0 '^Snapshot' build counted.json counted rows=counted.jsonl
count=(sample counted --seed 0x01 --task t --tokenizer "$tokenizer")
expect 1 '0 rows have a length of at most 1' "${count[@]}" --max_tokens 1 \
  --count 1
for limit in "2 1" "4 1" "5 1,2" "9 1,2" "10 0,1,2" "11 0,1,2" "12 0,1,2,3"; do
  read -r tokens rows <<<"$limit"
  "$sn37" snapshot "${count[@]}" --max_tokens "$tokens" \
    --count "$(wc -w <<<"${rows//,/ }")" >fitting
  [[ $(ids fitting | sort | paste -sd,) == text/${rows//,/,text/} ]] ||
    fail "within $tokens tokens: $(ids fitting)"
done
expect 1 'or --max_tokens and --tokenizer together' sample counted --seed 0x01 \
  --task t --max_tokens 5
expect 1 'cannot open' sample counted --seed 0x01 --task t --max_tokens 5 \
  --tokenizer none

# diff.
expect 0 "^Both are $id$" diff one copy
expect 0 '^Snapshot' build two.json two rows=rows.jsonl
expect 1 '^lines +3 +0 +0 +same' diff one two
expect 1 '"path":"/seed"' diff one two --json

# --against: what repeats is told, and left out on demand.
words ice >train.txt
expect 0 '^lines/1 +100 %' build one.json told rows=rows.jsonl \
  --against train.txt
expect 0 '^lines +text +json_lines +2 ' build one.json dropped/ \
  rows=rows.jsonl --against train.txt --drop
[[ ! -e dropped.all ]] || fail "the whole snapshot was left behind"
expect 1 'needs --against' build one.json again rows=rows.jsonl --drop
expect 1 '--against: there is no none' build one.json again rows=rows.jsonl \
  --drop --against none
expect 1 '--max_overlap is -1, not from 0 to 1' build one.json again \
  rows=rows.jsonl --drop --against train.txt --max_overlap -1
[[ ! -e again && ! -e again.all ]] || fail "a failed build left something"

# A step of --drop that fails leaves what it takes to go on.
echo '{' >bad.jsonl
expect 1 'bad.jsonl, line 1: ' build one.json again rows=rows.jsonl --drop \
  --against bad.jsonl
[[ -e again.all && ! -e again ]] || fail "the whole snapshot was not kept"
expect 0 '^lines +text +json_lines +2 ' build one.json again rows=rows.jsonl \
  --drop --against train.txt
[[ ! -e again.all ]] || fail "the whole snapshot was left behind"

# Bad rows are named, and nothing is left.
echo '{"text": 1}' >>rows.jsonl
expect 1 'rows.jsonl, line 4: field "text" must be a string' build one.json \
  bad rows=rows.jsonl
[[ ! -e bad && ! -e bad.partial ]] || fail "a failed build left something"

exit $((failures > 0))
