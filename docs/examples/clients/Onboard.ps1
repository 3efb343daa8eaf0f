<#
.SYNOPSIS
Creates an instance: sign in, ask, poll the job, show the instance. Windows PowerShell 5.1 and PowerShell 7.

.EXAMPLE
$env:TM_API_URL = 'https://tenants.example.org'; $env:TM_CLIENT_ID = '…'; $env:TM_CLIENT_SECRET = '…'
./Onboard.ps1 -Tenant district-255901 -Name 'Grand Bend 2026' -SchoolYear 2026

Run it again at any time: the same request gets the same job while it runs, and the instance once it is there.
Ends with 0 when the instance is active, 1 when the job has failed, 2 when the request was refused.
#>
param(
    [Parameter(Mandatory)] [string] $Tenant,
    [Parameter(Mandatory)] [string] $Name,
    [string] $SchoolYear
)
$ErrorActionPreference = 'Stop'
$api = $env:TM_API_URL.TrimEnd('/')

# What a refusal says: problem+json, `code` for programs, `detail` and `errors` for people.
function Exit-Refused($failure) {
    if (-not $failure.ErrorDetails.Message) { throw $failure }
    $problem = $failure.ErrorDetails.Message | ConvertFrom-Json
    [Console]::Error.WriteLine("$($problem.code): $($problem.detail)")
    foreach ($fault in $problem.errors) { [Console]::Error.WriteLine("  $($fault.pointer): $($fault.detail)") }
    exit 2
}

try {
    $form = @{ grant_type = 'client_credentials'; client_id = $env:TM_CLIENT_ID; client_secret = $env:TM_CLIENT_SECRET }
    $token = (Invoke-RestMethod -Method Post -Uri "$api/connect/token" -Body $form).access_token
    $headers = @{ Authorization = "Bearer $token" }

    $request = @{ tenant = $Tenant; name = $Name }
    if ($SchoolYear) { $request.contexts = @{ schoolYearFromRoute = $SchoolYear } }
    $body = [Text.Encoding]::UTF8.GetBytes(($request | ConvertTo-Json -Depth 10))
    $answer = Invoke-RestMethod -Method Post -Uri "$api/v1/instances" -Headers $headers -ContentType 'application/json' -Body $body
}
catch { Exit-Refused $_ }

if ($answer.PSObject.Properties['job']) {
    $id = $answer.instance.id
    $job = $answer.job
    [Console]::Error.WriteLine("job $($job.id)")
    while (-not $job.finishedAt) {
        try {
            # Prefer lets the API answer as soon as the job has ended, at the latest after 20 seconds.
            $job = Invoke-RestMethod -Uri "$api/v1/jobs/$($job.id)" -Headers ($headers + @{ Prefer = 'wait=20' })
            [Console]::Error.WriteLine("$($job.status) $($job.progress) %")
        }
        catch {
            # The job goes on without us; an answer that did not come is asked for again.
            if ($_.ErrorDetails.Message) { Exit-Refused $_ }
            Start-Sleep -Seconds 2
        }
    }
    if ($job.status -ne 'succeeded') {
        [Console]::Error.WriteLine("$($job.error.code): $($job.error.detail)")
        exit 1
    }
}
else { $id = $answer.id } # It is there already, and just as asked for.

Invoke-RestMethod -Uri "$api/v1/instances/$id" -Headers $headers |
    Select-Object id, tenant, name, status, databaseName, odsInstanceId | ConvertTo-Json
