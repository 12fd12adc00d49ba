#!/bin/bash
# sn37 key as people and programs use it: answers, exit statuses, and no secret
# in what is said of an error.
set -uo pipefail
sn37=$PWD/$1
cd "$TEST_TMPDIR" || exit 1
alice=5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
alice_public=0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d
failures=0

# expect STATUS PATTERN COMMAND...: the exit status, and a line of what is said
# (both streams) that matches.
expect() {
  local status=$1 pattern=$2 said got
  shift 2
  said=$("$@" 2>&1)
  got=$?
  if [[ $got != "$status" ]] || ! grep -qE -- "$pattern" <<<"$said"; then
    echo "FAILED ($got, not $status; '$pattern'): $*"
    echo "$said"
    failures=$((failures + 1))
  fi
  if grep -qE 'curtain|e5be9a50|open sesame' <<<"$said"; then
    echo "a secret is told: $*"
    failures=$((failures + 1))
  fi
}

# One identity in three forms.
expect 0 "address +$alice" "$sn37" key inspect //Alice </dev/null
expect 0 "public +$alice_public" "$sn37" key inspect $alice </dev/null
expect 0 "\"address\":\"$alice\"" "$sn37" key inspect --json --public \
  $alice_public </dev/null

# A signature is its message's and its key's alone.
signature=$(printf hello | "$sn37" key sign --suri //Alice)
expect 0 '^valid$' "$sn37" key verify "$signature" $alice < <(printf hello)
expect 0 '^valid$' "$sn37" key verify "$signature" $alice_public < <(printf hello)
expect 0 '^valid$' "$sn37" key verify --hex "$signature" $alice <<<0x68656c6c6f
expect 1 '^not valid$' "$sn37" key verify "$signature" $alice <<<hello
expect 1 '^not valid$' "$sn37" key verify "$signature" //Bob < <(printf hello)
expect 1 '"valid":false' "$sn37" key verify --json 0x00 $alice </dev/null

# JSON Lines.
expect 0 "^\{\"address\":\"$alice\",\"id\":7,\"public\":\"$alice_public\"\}$" \
  "$sn37" key inspect <<<'{"id":7,"uri":"//Alice"}'
expect 1 '"id":8,"valid":true' "$sn37" key verify <<LINES
{"id":7,"public":"0x00","message":"0x","signature":"0x"}
{"id":8,"public":"$alice_public","message":"0x68656c6c6f","signature":"$signature"}
LINES
expect 0 '"signature":"0x[0-9a-f]{128}"' "$sn37" key sign --json --suri //Alice \
  <<<'{"message":"0x68656c6c6f"}'

# A wallet: an encrypted coldkey, a plain hotkey, nothing overwritten.
echo 'open sesame' >password
echo 'open the door' >wrong
chmod 600 password wrong
wallet=(--wallets wallets --wallet)
"$sn37" key generate "${wallet[@]}" me --password_file password >coldkey.txt ||
  failures=$((failures + 1))
"$sn37" key generate "${wallet[@]}" me/miner --words 24 --json >hotkey.json ||
  failures=$((failures + 1))
[[ $(sed 's/.*"phrase":"\([^"]*\)".*/\1/' hotkey.json | wc -w) == 24 ]] ||
  { echo "24 words were wanted"; failures=$((failures + 1)); }
coldkey=$(sed -n 's/^address *//p' coldkey.txt)
hotkey=$(sed 's/.*"address":"\([^"]*\)".*/\1/' hotkey.json)
expect 1 'me/hotkeys/miner exists already' "$sn37" key generate \
  "${wallet[@]}" me/miner </dev/null
expect 0 "^me +$coldkey +yes$" "$sn37" key list --wallets wallets </dev/null
expect 0 "^me/miner +$hotkey +no$" "$sn37" key list --wallets wallets </dev/null
[[ -z $(find wallets -type f ! -perm 600) ]] ||
  { echo "a key file can be read by others"; failures=$((failures + 1)); }
expect 0 "$coldkey" "$sn37" key inspect "${wallet[@]}" me \
  --password_file password </dev/null
signature=$(printf hello | "$sn37" key sign "${wallet[@]}" me/miner)
expect 0 '^valid$' "$sn37" key verify "$signature" "$hotkey" < <(printf hello)
chmod 644 wallets/me/hotkeys/miner
expect 0 'warning: wallets/me/hotkeys/miner is open to others' "$sn37" key sign \
  "${wallet[@]}" me/miner </dev/null
expect 0 'wallets/me/hotkeys/miner is open to others' "$sn37" key list \
  --wallets wallets </dev/null

# What is wrong is said in one clear line.
words='bottom drive obey lake curtain smoke basket hold race lonely fit'
expect 1 'password is wrong' "$sn37" key sign "${wallet[@]}" me \
  --password_file wrong </dev/null
expect 1 'checksum' "$sn37" key inspect "$words fit" </dev/null
expect 1 'secret URI' "$sn37" key inspect 0xe5be9a50 </dev/null
expect 1 'network is not number 42' "$sn37" key inspect \
  15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5 </dev/null
expect 1 'checksum is wrong' "$sn37" key inspect ${alice/Grwv/Grwx} </dev/null
expect 1 'names no key' "$sn37" key sign "${wallet[@]}" ../me </dev/null
expect 1 'cannot open nowhere' "$sn37" key sign --key_file nowhere </dev/null
expect 1 'name the key by one of' "$sn37" key sign </dev/null
expect 1 'cannot list none' "$sn37" key list --wallets none </dev/null
expect 1 'words, not 13' "$sn37" key generate --words 13 </dev/null
expect 1 'message is not 0x' "$sn37" key sign --suri //Alice --hex <<<0x123
expect 2 'sn37 key generate, inspect' "$sn37" key </dev/null
expect 2 'sn37 key generate, inspect' "$sn37" key inspect a b </dev/null

exit $((failures > 0))
